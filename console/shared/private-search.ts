import { useLocation, useNavigate } from '@tanstack/react-router';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** What was searched for on this page: it may name a person, so it stands beside the address, not in it. */
    search?: string;
  }
}

/** A search that may hold something personal: back finds it again, the address and other tabs do not know it. */
export function usePrivateSearch(): [text: string, change: (text: string) => void] {
  const { state } = useLocation();
  const navigate = useNavigate();
  const change = (text: string): void =>
    void navigate({ to: '.', search: true, replace: true, state: { search: text } });
  return [state.search ?? '', change];
}
