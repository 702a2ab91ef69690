import { Screen } from '../shared/screen';

export function WebhooksScreen() {
  return <Screen title="Webhooks">{null}</Screen>;
}
