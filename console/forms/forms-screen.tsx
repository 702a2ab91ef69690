import { Screen } from '../shared/screen';

export function FormsScreen() {
  return <Screen title="Forms">{null}</Screen>;
}
