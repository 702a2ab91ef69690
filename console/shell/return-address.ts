/** Where single sign-on should lead back to: it leaves the page, and ends at the console's first one. */
import { CONSOLE_BASE } from '../api/client';

const KEPT_AS = 'return-address';

export const keepReturnAddress = (): void => sessionStorage.setItem(KEPT_AS, location.pathname + location.search);

/** Before anything is shown: back to where one was. */
export function takeReturnAddress(): void {
  const address = sessionStorage.getItem(KEPT_AS);
  if (address === null || location.pathname !== CONSOLE_BASE.pathname) return;
  sessionStorage.removeItem(KEPT_AS);
  if (address.startsWith(CONSOLE_BASE.pathname)) history.replaceState(null, '', address);
}
