import { useState } from 'react';
import { Button } from '../shared/button';

/** Copies a text. Browsers allow it only on https and on this machine. */
export function CopyButton({ text }: { text: string }) {
  const [said, setSaid] = useState('Copy');
  if (!isSecureContext) return null;
  const copy = (): void =>
    void navigator.clipboard.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('Not copied'),
    );
  return <Button onClick={copy}>{said}</Button>;
}
