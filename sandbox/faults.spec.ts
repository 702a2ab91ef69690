import { FaultInput } from './control/control-inputs';
import { Faults } from './faults';

describe('Faults', () => {
  it('spoils as many calls as asked for, then no more', () => {
    const faults = new Faults();
    faults.add(FaultInput.parse({ kind: 'status', target: 'api', times: 2 }));
    const taken = [1, 2, 3].map(() => faults.take('api', 'GET /forms')?.status);
    expect(taken).toEqual([500, 500, undefined]);
  });

  it('keeps to its target and to the calls that match', () => {
    const faults = new Faults();
    faults.add(FaultInput.parse({ kind: 'drop', target: 'delivery', match: 'abc/onboarding' }));
    expect(faults.take('api', 'abc/onboarding')).toBeUndefined();
    expect(faults.take('delivery', 'abc/other')).toBeUndefined();
    expect(faults.take('delivery', 'abc/onboarding')?.kind).toBe('drop');
  });

  it('uses them in the order in which they were added', () => {
    const faults = new Faults();
    for (const kind of ['slow', 'garbage'] as const) faults.add(FaultInput.parse({ kind, target: 'api' }));
    expect([faults.take('api', '')?.kind, faults.take('api', '')?.kind]).toEqual(['slow', 'garbage']);
  });

  it.each([
    { kind: 'duplicate', target: 'api' },
    { kind: 'redirect', target: 'api', status: 200 },
    { kind: 'explode', target: 'api' },
    { kind: 'slow', target: 'delivery', times: 0 },
  ])('refuses %j', (input) => {
    expect(FaultInput.safeParse(input).success).toBe(false);
  });

  it('answers a redirect with 302 unless told otherwise', () => {
    expect(FaultInput.parse({ kind: 'redirect', target: 'delivery' }).status).toBe(302);
  });
});
