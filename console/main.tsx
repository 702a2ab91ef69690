import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { serverState } from './api/server-state';
import { askForSession } from './api/session';
import './main.css';
import { takeRefusal } from './shell/refusal';
import { takeReturnAddress } from './shell/return-address';
import { router } from './shell/router';

askForSession();
takeRefusal();
takeReturnAddress();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={serverState}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
