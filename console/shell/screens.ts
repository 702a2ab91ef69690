/** The navigation, in its order. */
export const SCREENS = [
  ['/', 'Home'],
  ['/submissions', 'Submissions'],
  ['/clients', 'Clients'],
  ['/deliveries', 'Deliveries'],
  ['/webhooks', 'Webhooks'],
  ['/forms', 'Forms'],
  ['/destinations', 'Destinations'],
  ['/settings', 'Settings'],
] as const;
