import { Screen } from '../shared/screen';

export function SettingsScreen() {
  return <Screen title="Settings">{null}</Screen>;
}
