import { findMappingProblems } from './mapping-drift';

const form = {
  hidden: ['account'],
  fields: [
    { id: 'f1', ref: 'work_email', type: 'email' },
    {
      id: 'g1',
      ref: 'group',
      type: 'group',
      properties: { fields: [{ id: 'f2', ref: 'company', type: 'short_text' }] },
    },
  ],
};

describe('findMappingProblems', () => {
  it('finds nothing wrong with refs, ids, nested fields and hidden fields that are there', () => {
    expect(
      findMappingProblems({ email: 'work_email', phone: 'f1', company: 'company', fullName: 'hidden:account' }, form),
    ).toEqual([]);
    expect(findMappingProblems({}, form)).toEqual([]);
  });

  it('names what vanished', () => {
    expect(findMappingProblems({ email: 'old_ref', company: 'hidden:gone', city: 'company' }, form)).toEqual([
      { identifier: 'email', source: 'old_ref' },
      { identifier: 'company', source: 'hidden:gone' },
    ]);
    expect(findMappingProblems({ email: 'work_email' }, { fields: [], hidden: [] })).toHaveLength(1);
  });
});
