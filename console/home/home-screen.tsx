import { Screen } from '../shared/screen';

export function HomeScreen() {
  return <Screen title="Home">{null}</Screen>;
}
