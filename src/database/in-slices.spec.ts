import { inSlices } from './in-slices';
import { ManualClock } from '../../test/support/manual-clock';

describe('inSlices', () => {
  it('works in order, and lets others have a turn after two milliseconds but not after the last item', async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    const turn = (): NodeJS.Immediate => setImmediate(() => seen.push('turn'));
    const results = await inSlices(clock, ['a', 'b', 'c', 'd'], (item) => {
      clock.ms += 1;
      seen.push(item);
      turn();
      return item.toUpperCase();
    });
    expect(results).toEqual(['A', 'B', 'C', 'D']);
    expect(seen).toEqual(['a', 'b', 'turn', 'turn', 'c', 'd']);
  });

  it('stops at the first item that fails', async () => {
    const worked: number[] = [];
    const failing = inSlices(new ManualClock(), [1, 2, 3], (item) => {
      worked.push(item);
      if (item === 2) throw new Error('two');
    });
    await expect(failing).rejects.toThrow('two');
    expect(worked).toEqual([1, 2]);
  });
});
