import { Screen } from '../shared/screen';
import { Empty } from '../shared/states';

export function DestinationsScreen() {
  return (
    <Screen title="Destinations" about="Where new and changed clients are passed on to.">
      <Empty title="Not here yet">
        Sending clients on to a CRM, to Slack or by e-mail comes in a later version. Until then, read them from the API
        or export the submissions.
      </Empty>
    </Screen>
  );
}
