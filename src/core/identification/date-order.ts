/** The order of day, month and year that a title asks for. */

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** "(DD/MM/YYYY)", "JJ/MM/AAAA", "TT.MM.JJJJ", "mm-dd-yyyy" in a title. */
export function dateOrderIn(title: string): DateOrder | null {
  const text = title.slice(0, 2000).toLowerCase();
  if (/(?<!\p{Letter})(?:dd?|jj|tt)[\s./-]{1,3}mm?[\s./-]{1,3}(?:yy|aa|jj)/u.test(text)) return 'dmy';
  if (/(?<!\p{Letter})mm?[\s./-]{1,3}(?:dd?|jj|tt)[\s./-]{1,3}(?:yy|aa|jj)/u.test(text)) return 'mdy';
  if (/(?<!\p{Letter})(?:yyyy|aaaa|jjjj)[\s./-]{1,3}mm?[\s./-]{1,3}(?:dd?|jj|tt)/u.test(text)) return 'ymd';
  return null;
}
