import { Screen } from '../shared/screen';

export function DestinationsScreen() {
  return <Screen title="Destinations">{null}</Screen>;
}
