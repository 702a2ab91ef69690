import { Screen } from '../shared/screen';

export function ClientScreen() {
  return <Screen title="Clients">{null}</Screen>;
}
