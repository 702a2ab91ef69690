import { mappingProblems } from './mapping-problems';

const form = {
  questions: [
    { id: 'f1', ref: 'work_email', title: 'E-mail', type: 'email' },
    { id: 'f2', ref: 'birth', title: 'Date of birth', type: 'date' },
    { id: 'f3', ref: null, title: 'About you', type: 'long_text' },
    { id: 'f4', ref: 'odd', title: 'Odd', type: 'hologram' },
  ],
  hidden: ['account'],
};

describe('mappingProblems', () => {
  it('finds nothing wrong with what the form has and can hold, nor with "never"', () => {
    const mapping = { email: 'work_email', birthday: 'f2', fullName: 'f3', company: 'hidden:account', phone: null };
    expect(mappingProblems(mapping, form)).toEqual([]);
    expect(mappingProblems({ city: 'odd' }, form)).toEqual([]);
  });

  it.each([
    ['gone', 'the form has no question with the ref or id "gone"'],
    ['hidden:gone', 'the form has no hidden field "gone"'],
    ['work_email', 'a question of the type email cannot hold the city'],
    ['f2', 'a question of the type date cannot hold the city'],
  ])('says what is wrong with %s', (source, reason) => {
    expect(mappingProblems({ city: source }, form)).toEqual([{ identifier: 'city', source, reason }]);
  });
});
