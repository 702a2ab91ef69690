/** `1 form`, `2,000 forms`; `many` for a plural that does not end in a mere s: `counted(n, 'delivery', 'deliveries')`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
