import { PlanMemo } from './plan-memo';

const form = (title: string) => ({
  title,
  questions: [{ id: 'q', ref: null, title: 'E-mail', type: 'email' }],
  hidden: ['company'],
});

describe('PlanMemo', () => {
  it('plans a form once, and again when its questions or its mapping change', () => {
    const memo = new PlanMemo();
    const plan = memo.planOf(form('A'));
    expect(memo.planOf(form('A'))).toBe(plan);
    expect(memo.planOf(form('A'), { email: null })).not.toBe(plan);
    expect(memo.planOf(form('B'))).not.toBe(plan);
  });

  it('does not mind the order of a mapping', () => {
    const memo = new PlanMemo();
    const plan = memo.planOf(form('A'), { email: 'q', phone: null });
    expect(memo.planOf(form('A'), { phone: null, email: 'q' })).toBe(plan);
  });

  it('forgets the oldest when it is full', () => {
    const memo = new PlanMemo(200);
    const plan = memo.planOf(form('A'));
    for (const title of ['B', 'C', 'D', 'E']) memo.planOf(form(title));
    expect(memo.planOf(form('A'))).not.toBe(plan);
  });
});
