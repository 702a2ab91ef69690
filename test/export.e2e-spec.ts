/** GET /v1/responses/export: what is in the file, in each format, and that no spreadsheet runs any of it. */
import { parse, type Options } from 'csv-parse/sync';
import { readXlsx } from 'hucre/xlsx';
import { question } from './fixtures/typeform-events';
import { askEmail, askName, askPhone, newEvent, tokenOf } from './support/events';
import { startTestApp, TestApp } from './support/test-app';

const FORM = 'export';
const LF_FORMULA = "hello\n=cmd|' /C calc'!A0";
const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://example.com","x")', LF_FORMULA];
const askOrg = (value: string) => question('org', 'Company name', 'short_text', 'text', value);

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
  for (const text of FORMULAS) {
    const event = newEvent({ formId: FORM, questions: [askName(text), askOrg(text)], hidden: { utm: text } });
    await app.deliver(event).expect(200);
  }
  await app.settled();
});
afterAll(() => app.stop());

const exported = async (query: string) =>
  app
    .admin('get', `/v1/responses/export?${query}`)
    .buffer(true)
    .parse((response, done) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => done(null, Buffer.concat(parts)));
    })
    .expect(200);
const bytesOf = async (query: string): Promise<Buffer> => (await exported(query)).body as Buffer;

const sheetOf = async (query: string) => {
  const [sheet] = (await readXlsx(await bytesOf(query))).sheets;
  const [headings = [], ...rows] = sheet?.rows ?? [];
  return { headings: headings as string[], rows };
};

describe('CSV', () => {
  it('is UTF-8 with a byte order mark, a row a response, a column a question', async () => {
    const answer = await exported(`format=csv&formId=${FORM}`);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toContain('responses.csv');
    const text = (answer.body as Buffer).toString('utf8');
    expect(text.startsWith('\uFEFF"formId"')).toBe(true);
    const rows = parse<Record<string, string>>(text, { columns: true, bom: true });
    expect(rows).toHaveLength(FORMULAS.length);
    expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining(['token', 'email', 'Full name', 'Company name']));
    expect(rows[0]).not.toHaveProperty('answers');
    expect(rows.map((row) => row['Company name'])).toContain("'=1+1");
  });

  it.each<[string, Options]>([
    ['as it is meant', {}],
    ['whose rows end at a line feed', { record_delimiter: '\n', relax_quotes: true, relax_column_count: true }],
    [
      'whose rows end at a line feed and that knows no quotes',
      { record_delimiter: '\n', quote: false, relax_column_count: true },
    ],
    ['with ; as the separator', { delimiter: ';', relax_quotes: true, relax_column_count: true }],
    ['with ; as the separator and no quotes', { delimiter: ';', quote: false, relax_column_count: true }],
  ])('holds no cell that begins like a formula for a reader %s', async (_, options) => {
    const text = (await bytesOf(`format=csv&formId=${FORM}`)).toString('utf8');
    const cells = parse(text, { bom: true, ...options }).flat();
    expect(cells.length).toBeGreaterThan(FORMULAS.length);
    for (const cell of cells) expect(cell).not.toMatch(/^[\s"]*[=+\-@]/);
  });

  it('without a form has all answers in one column', async () => {
    const rows = parse<Record<string, string>>((await bytesOf('format=csv')).toString('utf8'), {
      columns: true,
      bom: true,
    });
    expect(rows.map(({ answers }) => answers)).toEqual(
      expect.arrayContaining([expect.stringContaining('Full name: =1+1')]),
    );
    expect(rows[0]).not.toHaveProperty('Full name');
  });
});

describe('XLSX', () => {
  it('holds every answer as it was given, as text that is never calculated', async () => {
    const { headings, rows } = await sheetOf(`format=xlsx&formId=${FORM}`);
    expect(rows).toHaveLength(FORMULAS.length);
    const column = headings.indexOf('Company name');
    const asXmlHasIt = (text: string): string => text.replace(/\r/g, '\n');
    expect(rows.map((row) => asXmlHasIt(String(row[column]))).sort()).toEqual(FORMULAS.map(asXmlHasIt).sort());
    const answer = await exported(`format=xlsx&formId=${FORM}`);
    expect(answer.headers['content-type']).toContain('spreadsheetml');
    expect(answer.headers['content-disposition']).toContain('responses.xlsx');
  });

  it('keeps a phone a phone, a number a number, and questions of the same title apart', async () => {
    const questions = [
      askPhone('+12025550123'),
      question('a', 'How many?', 'number', 'number', 12.5),
      question('b', 'How many?', 'number', 'number', 7),
      question('c', 'email', 'short_text', 'text', 'not an address 😀'),
    ];
    await app.deliver(newEvent({ formId: 'export2', questions })).expect(200);
    await app.settled();
    const { headings, rows } = await sheetOf('format=xlsx&formId=export2');
    const cell = (heading: string): unknown => rows[0]?.[headings.indexOf(heading)];
    expect(cell('phone')).toBe('+12025550123');
    expect(cell('Your phone')).toBe('+12025550123');
    expect([cell('How many?'), cell('How many? (2)')]).toEqual([12.5, 7]);
    expect(cell('email (2)')).toBe('not an address 😀');
    expect(new Set(headings).size).toBe(headings.length);
  });

  it('needs no ZIP64, with which LibreOffice 7.4 cannot open a sheet', async () => {
    const bytes = await bytesOf(`format=xlsx&formId=${FORM}`);
    const versionNeeded = bytes.readUInt16LE(4);
    expect(versionNeeded).toBeLessThan(45);
  });

  it('of nothing is a sheet with its headings', async () => {
    const { headings, rows } = await sheetOf('format=xlsx&formId=none');
    expect(headings).toContain('formId');
    expect(rows).toEqual([]);
  });
});

describe('NDJSON', () => {
  it('is what the API shows, one line a response', async () => {
    const answer = await exported(`format=ndjson&formId=${FORM}`);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    const lines = (answer.body as Buffer).toString('utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(FORMULAS.length);
    for (const line of lines.map((text) => JSON.parse(text) as { token: string })) {
      const { body } = await app.admin('get', `/v1/responses/${FORM}/${line.token}`).expect(200);
      expect(line).toEqual(body);
    }
    expect((await bytesOf('format=ndjson&formId=none')).length).toBe(0);
  });
});

it('exports what the filter matches and nothing else', async () => {
  const wanted = newEvent({ formId: 'export3', questions: [askName('Ada Lovelace'), askEmail('ada@example.com')] });
  await app.deliver(wanted).expect(200);
  await app.settled();
  const { headings, rows } = await sheetOf('format=xlsx&formId=export3');
  expect(rows.map((row) => row[headings.indexOf('token')])).toEqual([tokenOf(wanted)]);
});
