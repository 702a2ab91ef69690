/** Every address of the console. Home comes with the first load; each other screen is loaded before it is opened, or then. */
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { CONSOLE_BASE } from '../api/client';
import { HomeScreen } from '../home/home-screen';
import { latePart } from '../shared/late';
import { Loading, Problem } from '../shared/states';
import { Screen } from '../shared/screen';
import type { Filters } from '../shared/filters';
import { Shell } from './shell';

const root = createRootRoute({
  component: Shell,
  // A list keeps its filters in the address.
  validateSearch: (search: Record<string, unknown>): Filters => search as Filters,
});

const screens = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    component: HomeScreen,
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'submissions',
    component: latePart(() => import('../submissions/submissions-screen').then((code) => code.SubmissionsScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'submissions/$formId/$token',
    component: latePart(() => import('../submissions/submission-screen').then((code) => code.SubmissionScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'clients',
    component: latePart(() => import('../clients/clients-screen').then((code) => code.ClientsScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'clients/$clientId',
    component: latePart(() => import('../clients/client-screen').then((code) => code.ClientScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries',
    component: latePart(() => import('../deliveries/deliveries-screen').then((code) => code.DeliveriesScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries/$eventId',
    component: latePart(() => import('../deliveries/delivery-screen').then((code) => code.DeliveryScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks',
    component: latePart(() => import('../webhooks/webhooks-screen').then((code) => code.WebhooksScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks/$webhookId',
    component: latePart(() => import('../webhooks/webhook-screen').then((code) => code.WebhookScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'forms',
    component: latePart(() => import('../forms/forms-screen').then((code) => code.FormsScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'forms/$formId',
    component: latePart(() => import('../forms/form-screen').then((code) => code.FormScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'destinations',
    component: latePart(() => import('../destinations/destinations-screen').then((code) => code.DestinationsScreen)),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'settings',
    component: latePart(() => import('../settings/settings-screen').then((code) => code.SettingsScreen)),
  }),
];

export const router = createRouter({
  routeTree: root.addChildren(screens),
  basepath: CONSOLE_BASE.pathname,
  // Plain names and values, so that an address can be read and written by hand.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(Object.entries(search as Record<string, string>).filter(([, value]) => value));
    return text.size === 0 ? '' : `?${text.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`;
  },
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => (
    <Screen title="Something went wrong">
      <Problem error={error} retry={reset} />
    </Screen>
  ),
  defaultNotFoundComponent: () => (
    <Screen title="No such page">
      <p>There is no page at this address. Choose one from the menu.</p>
    </Screen>
  ),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
