import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState, type KeyboardEvent } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay, type Role } from '../api/session';
import { clientName } from '../clients/client-name';
import { TABS } from '../settings/tabs';
import dialog from '../shared/dialog.module.css';
import css from './finder.module.css';
import { SCREENS } from './screens';

interface Hit {
  key: string;
  kind: string;
  name: string;
  /** What tells it from another of that name. */
  more?: string | null;
  open: () => void;
}

/** Ctrl-K: screens and the tabs of Settings by name, clients by anything they gave, deliveries by their token. What is typed stays here. */
export default function Finder({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const hits = useHits(text.trim(), useDeferredValue(text.trim()));
  const choose = (hit: Hit | undefined): void => {
    if (!hit) return;
    onClose();
    hit.open();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setAt((now) => Math.min(Math.max(now + by, 0), Math.max(hits.length - 1, 0)));
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      choose(hits[at] ?? hits[0]);
    }
  };
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialog.backdrop} />
        <Dialog.Popup className={`${dialog.popup} ${css.popup}`}>
          <Dialog.Title className="visually-hidden">Find</Dialog.Title>
          <input
            type="text"
            role="combobox"
            aria-expanded="true"
            aria-controls="found"
            aria-activedescendant={hits[at] && `found-${at}`}
            aria-label="Find a screen, a client or a token"
            placeholder="A screen, a client, a token"
            className={css.input}
            autoFocus
            value={text}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
          <ul id="found" role="listbox" aria-label="Found" className={css.list}>
            {hits.map((hit, index) => (
              <li
                key={hit.key}
                id={`found-${index}`}
                role="option"
                aria-selected={index === at}
                className={css.hit}
                onClick={() => choose(hit)}
                onMouseMove={() => setAt(index)}
              >
                <span>
                  {hit.name} {hit.more && <span className={css.kind}>{hit.more}</span>}
                </span>
                <span className={css.kind}>{hit.kind}</span>
              </li>
            ))}
          </ul>
          {hits.length === 0 && <p className={css.none}>Nothing found.</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Whether a word of the name starts with what is typed. */
const hasWord = (name: string, typed: string): boolean => ` ${name}`.toLowerCase().includes(` ${typed.toLowerCase()}`);

/** An e-mail or a phone is one person's; whoever has neither is told by company and id. */
const moreOf = (client: Schemas['ClientView']): string => {
  const known = client.email ?? client.phone ?? client.identifiers.company?.value;
  return known !== undefined && known !== clientName(client) ? known : client.id.slice(0, 8);
};

/** Screens follow what is typed at once, so that Enter opens what is meant; what the service must be asked for comes after. */
function useHits(typed: string, text: string): Hit[] {
  const navigate = useNavigate();
  const may: Record<Role, boolean> = { viewer: useMay('viewer'), operator: useMay('operator'), admin: useMay('admin') };
  const clients = useQuery({
    queryKey: ['finder', 'clients', text],
    queryFn: () => ask(api.GET('/v1/clients', { params: { query: { q: text, limit: 6 } } })),
    enabled: text.length > 1,
    gcTime: 0,
  });
  const isToken = /^[A-Za-z0-9]{8,}$/.test(text);
  const deliveries = useQuery({
    queryKey: ['finder', 'deliveries', text],
    queryFn: () => ask(api.GET('/v1/deliveries', { params: { query: { token: text, limit: 3 } } })),
    enabled: isToken,
    gcTime: 0,
  });
  return [
    ...SCREENS.filter(([, name]) => hasWord(name, typed)).map(([to, name]) => ({
      key: to,
      kind: 'Screen',
      name,
      open: () => void navigate({ to }),
    })),
    ...TABS.filter(([, name, needs]) => typed !== '' && may[needs] && hasWord(name, typed)).map(([tab, name]) => ({
      key: `settings/${tab}`,
      kind: 'Settings',
      name,
      open: () => void navigate({ to: '/settings', search: { tab } }),
    })),
    ...(text.length > 1 ? (clients.data?.items ?? []) : []).map((client) => ({
      key: client.id,
      kind: 'Client',
      name: clientName(client),
      more: moreOf(client),
      open: () => void navigate({ to: '/clients/$clientId', params: { clientId: client.id } }),
    })),
    ...(isToken ? (deliveries.data?.items ?? []) : []).map(({ eventId, token }) => ({
      key: eventId,
      kind: 'Delivery',
      name: token,
      open: () => void navigate({ to: '/deliveries/$eventId', params: { eventId } }),
    })),
  ];
}
