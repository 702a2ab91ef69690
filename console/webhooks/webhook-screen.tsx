import { Screen } from '../shared/screen';

export function WebhookScreen() {
  return <Screen title="Webhooks">{null}</Screen>;
}
