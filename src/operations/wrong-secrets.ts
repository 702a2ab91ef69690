/** What the metric `onboarding_webhooks_wrong_secret` says, in words. */
export function wrongSecretsSeen(webhooks: number): string {
  if (webhooks === 0) return 'no registered webhook has stopped sending valid signatures';
  return webhooks === 1
    ? '1 registered webhook has stopped sending valid signatures'
    : `${webhooks} registered webhooks have stopped sending valid signatures`;
}
