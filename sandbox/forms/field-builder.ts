import type { Choice, Field, FieldProperties, Screen } from '../model';
import type { Random } from '../random';

/** Builds the parts of a synthetic form with the ids that Typeform would give them. */
export class FieldBuilder {
  constructor(
    private readonly random: Random,
    /** Gives every id as a digits-only string, as old forms have them. */
    private readonly numericIds = false,
  ) {}

  /** A question. Without a `ref` it gets a UUID, as Typeform does when the author sets none. */
  field(type: string, title: string, options: { ref?: string; required?: boolean } & FieldProperties = {}): Field {
    const { ref, required, ...properties } = options;
    const ownRef = ref ?? this.random.uuid();
    return { id: this.id(), ref: ownRef, type, title, properties, validations: { required: required ?? false } };
  }

  choices(labels: string[]): Choice[] {
    return labels.map((label) => ({ id: this.id(), ref: this.random.uuid(), label }));
  }

  screen(type: 'welcome_screen' | 'thankyou_screen', title: string): Screen {
    return {
      id: this.id(),
      ref: this.random.uuid(),
      title,
      type,
      properties: { show_button: true, button_text: 'OK', share_icons: false, button_mode: 'default_redirect' },
    };
  }

  private id(): string {
    return this.numericIds ? this.random.digits(8) : this.random.alphanumeric(12);
  }
}
