import type { Answer } from '../model';

const VALUES: Record<string, unknown> = {
  text: 'Lorem ipsum dolor',
  number: 42,
  boolean: true,
  choice: { label: 'Barcelona' },
  choices: { labels: ['Barcelona', 'London'] },
  email: 'an_account@example.com',
  phone_number: '+12025550123',
  url: 'https://example.com/',
  file_url: 'https://example.com/file.txt',
  date: '2026-02-03',
  payment: { amount: '1.00', last4: '1234', name: 'Lorem Ipsum' },
};

/**
 * The answer of a test delivery ("Send test request"): a canned value of the same type, regardless of the form
 * (seen in real captures: "Lorem ipsum dolor", 42, true, "Barcelona"). Types without a known canned value stay as they are.
 */
export function cannedAnswer(answer: Answer): Answer {
  const value = VALUES[answer.type];
  return value === undefined ? answer : { ...answer, [answer.type]: value };
}
