import { ScrapeReading } from './scrape-reading';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a reading for a scrape', () => {
  it('asks once for all gauges of a scrape, and anew for the next scrape', async () => {
    let asked = 0;
    const reading = new ScrapeReading(() => Promise.resolve((asked += 1)));
    expect(await Promise.all([reading.read(), reading.read()])).toEqual([1, 1]);
    expect(await reading.read()).toBe(2);
  });

  it('is nothing when the query fails, and works again afterwards', async () => {
    const query = jest.fn<Promise<string>, []>().mockRejectedValueOnce(new Error('away')).mockResolvedValueOnce('back');
    const reading = new ScrapeReading(query);
    expect(await reading.read()).toBeNull();
    expect(await reading.read()).toBe('back');
  });

  it('is nothing when the query hangs, which is not asked a second time meanwhile', async () => {
    let answer: (value: string) => void = () => undefined;
    const query = jest.fn(() => new Promise<string>((resolve) => (answer = resolve)));
    const reading = new ScrapeReading(query);
    for (let scrape = 0; scrape < 3; scrape += 1) {
      const read = reading.read();
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await read).toBeNull();
    }
    expect(query).toHaveBeenCalledTimes(1);
    const read = reading.read();
    answer('late');
    expect(await read).toBe('late');
  });
});
