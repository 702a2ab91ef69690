import { Screen } from '../shared/screen';

export function SubmissionsScreen() {
  return <Screen title="Submissions">{null}</Screen>;
}
