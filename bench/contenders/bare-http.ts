/** The least a receiver can do: node:http and the signature, nothing stored. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySignature } from '../../src/core/signature';
import { SIGNING_SECRET } from '../load/requests';
import { serve } from './serve';

const ACCEPTED = JSON.stringify({ status: 'accepted' });

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const check = verifySignature(request.headers['typeform-signature'], Buffer.concat(chunks), [SIGNING_SECRET]);
    const body = check.ok ? ACCEPTED : '';
    response.writeHead(check.ok ? 200 : 401, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});

serve(
  () => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))),
);
