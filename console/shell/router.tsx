/** Every address of the console. Home comes with the first load; each other screen is loaded when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { CONSOLE_BASE } from '../api/client';
import { HomeScreen } from '../home/home-screen';
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
    component: lazyRouteComponent(() => import('../submissions/submissions-screen'), 'SubmissionsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'submissions/$formId/$token',
    component: lazyRouteComponent(() => import('../submissions/submission-screen'), 'SubmissionScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'clients',
    component: lazyRouteComponent(() => import('../clients/clients-screen'), 'ClientsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'clients/$clientId',
    component: lazyRouteComponent(() => import('../clients/client-screen'), 'ClientScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries',
    component: lazyRouteComponent(() => import('../deliveries/deliveries-screen'), 'DeliveriesScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'deliveries/$eventId',
    component: lazyRouteComponent(() => import('../deliveries/delivery-screen'), 'DeliveryScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks',
    component: lazyRouteComponent(() => import('../webhooks/webhooks-screen'), 'WebhooksScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'webhooks/$webhookId',
    component: lazyRouteComponent(() => import('../webhooks/webhook-screen'), 'WebhookScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'forms',
    component: lazyRouteComponent(() => import('../forms/forms-screen'), 'FormsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'forms/$formId',
    component: lazyRouteComponent(() => import('../forms/form-screen'), 'FormScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'destinations',
    component: lazyRouteComponent(() => import('../destinations/destinations-screen'), 'DestinationsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: 'settings',
    component: lazyRouteComponent(() => import('../settings/settings-screen'), 'SettingsScreen'),
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
      <p>The address leads nowhere. Choose a page from the navigation.</p>
    </Screen>
  ),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
