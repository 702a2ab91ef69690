import { Screen } from '../shared/screen';

export function FormScreen() {
  return <Screen title="Forms">{null}</Screen>;
}
