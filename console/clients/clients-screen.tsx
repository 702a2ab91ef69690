import { Screen } from '../shared/screen';

export function ClientsScreen() {
  return <Screen title="Clients">{null}</Screen>;
}
