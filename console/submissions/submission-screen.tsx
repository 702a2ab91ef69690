import { Screen } from '../shared/screen';

export function SubmissionScreen() {
  return <Screen title="Submissions">{null}</Screen>;
}
