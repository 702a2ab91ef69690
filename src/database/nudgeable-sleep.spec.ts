import { NudgeableSleep } from './nudgeable-sleep';

describe('NudgeableSleep', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** A sleep of a second, and whether it is over. */
  function fallAsleep(sleep: NudgeableSleep) {
    const state = { over: false };
    const ended = sleep.sleep(1_000).then(() => void (state.over = true));
    return { state, ended };
  }

  it('ends after its time, not before', async () => {
    const { state, ended } = fallAsleep(new NudgeableSleep());
    await jest.advanceTimersByTimeAsync(999);
    expect(state.over).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await ended;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends at once on a nudge, and leaves no timer behind', async () => {
    const sleep = new NudgeableSleep();
    const { ended } = fallAsleep(sleep);
    sleep.nudge();
    await ended;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not begin after a nudge that came while nobody slept, once', async () => {
    const sleep = new NudgeableSleep();
    sleep.nudge();
    sleep.nudge();
    await sleep.sleep(1_000);
    const { state, ended } = fallAsleep(sleep);
    await jest.advanceTimersByTimeAsync(999);
    expect(state.over).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await ended;
  });

  it('uses a nudge up: the sleep after the one it has ended lasts its time', async () => {
    const sleep = new NudgeableSleep();
    const { ended } = fallAsleep(sleep);
    sleep.nudge();
    await ended;
    const { state } = fallAsleep(sleep);
    await jest.advanceTimersByTimeAsync(999);
    expect(state.over).toBe(false);
  });

  it('begins when the nudges before it were forgotten', async () => {
    const sleep = new NudgeableSleep();
    sleep.nudge();
    sleep.forgetNudges();
    const { state } = fallAsleep(sleep);
    await jest.advanceTimersByTimeAsync(999);
    expect(state.over).toBe(false);
  });

  it('ends on a nudge after it was woken and slept again', async () => {
    const sleep = new NudgeableSleep();
    const first = fallAsleep(sleep);
    await jest.advanceTimersByTimeAsync(1_000);
    await first.ended;
    sleep.forgetNudges();
    const second = fallAsleep(sleep);
    sleep.nudge();
    await second.ended;
    expect(jest.getTimerCount()).toBe(0);
  });
});
