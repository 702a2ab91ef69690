/** Preloaded into a service: SIGUSR2 sets its wall clock two days forward, then two days back, then right again. */
'use strict';
const DAYS = [2, -2, 0];
const TheDate = Date;
let offsetMs = 0;
let step = 0;
globalThis.Date = class extends TheDate {
  constructor(...given) {
    if (given.length === 0) super(TheDate.now() + offsetMs);
    else super(...given);
  }
  static now() {
    return TheDate.now() + offsetMs;
  }
};
process.on('SIGUSR2', () => {
  offsetMs = DAYS[step % DAYS.length] * 86_400_000;
  step += 1;
});
