import type { Field } from '../model';
import type { FieldBuilder } from './field-builder';

/** One question of every type that Typeform has, in groups and containers as well, titles with markdown and piping. */
export function everyFieldType(build: FieldBuilder): Field[] {
  const cities = ['London', 'Sydney', 'Barcelona & Girona', 'São Paulo'];
  return [
    build.field('statement', 'This asks *nothing*'),
    build.field('short_text', "What's your *full name*?", { ref: 'full_name', required: true }),
    build.field('long_text', 'Tell us about yourself,\n{{field:full_name}} ', { ref: 'about' }),
    build.field('group', 'Your preferences', {
      fields: [
        build.field('multiple_choice', 'Pick one', { ref: 'pick_one', choices: build.choices(cities) }),
        build.field('multiple_choice', 'Pick one, or write your own', {
          ref: 'pick_one_or_other',
          choices: build.choices(cities),
          allow_other_choice: true,
        }),
        build.field('multiple_choice', 'Pick several', {
          ref: 'pick_several',
          choices: build.choices(cities),
          allow_multiple_selection: true,
        }),
        build.field('multiple_choice', 'Pick several, or write your own (you came from {{hidden:utm_source}})', {
          ref: 'pick_several_or_other',
          choices: build.choices(cities),
          allow_multiple_selection: true,
          allow_other_choice: true,
        }),
      ],
    }),
    build.field('picture_choice', 'Which picture?', { choices: build.choices(['Sunrise', 'Sunset']) }),
    build.field('dropdown', 'Choose a country', { choices: build.choices(['Portugal', 'España', 'Österreich']) }),
    build.field('ranking', 'Rank these', { choices: build.choices(['Price', 'Speed', 'Quality']) }),
    build.field('checkbox', 'Tick what applies', { choices: build.choices(['Newsletter', 'Phone calls', 'Post']) }),
    build.field('email', '**Work email** for {{answer_123}}', { ref: 'work_email' }),
    build.field('phone_number', 'Mobile phone', { ref: 'mobile' }),
    build.field('website', 'Your website?'),
    build.field('number', 'How many employees?'),
    build.field('rating', 'Rate our _service_'),
    build.field('opinion_scale', 'Your score so far is {{var:score}}: do you agree?'),
    build.field('nps', 'Would you recommend us?'),
    build.field('yes_no', 'Are you a returning client?'),
    build.field('legal', 'Do you accept?'),
    build.field('date', 'Date of birth', { ref: 'birthday' }),
    build.field('file_upload', 'Upload your *contract*'),
    build.field('payment', 'Pay the deposit'),
    build.field('calendly', 'Book a call'),
    build.field('signature', 'Sign here'),
    build.field('signature', 'And here'),
    build.field('multi_format', 'Say it in your own way'),
    build.field('matrix', 'How satisfied are you with ...', {
      fields: [
        build.field('multiple_choice', '... our price?', { choices: build.choices(['Not at all', 'Very']) }),
        build.field('multiple_choice', '... our speed?', { choices: build.choices(['Not at all', 'Very']) }),
      ],
    }),
    build.field('contact_info', 'Contact details', {
      fields: [
        build.field('short_text', 'First name'),
        build.field('short_text', 'Last name'),
        build.field('phone_number', 'Phone number'),
        build.field('email', 'Email'),
        build.field('short_text', 'Company'),
      ],
    }),
    build.field('address', 'Where do you live?', {
      fields: [
        build.field('short_text', 'Address'),
        build.field('short_text', 'City/Town'),
        build.field('short_text', 'Zip/Post code'),
        build.field('short_text', 'Country'),
      ],
    }),
  ];
}

/** The question types of 2016 (`textfield`, `list`, `opinion-scale`), with digits-only ids and old piping. */
export function legacyFields(build: FieldBuilder): Field[] {
  return [
    build.field('textfield', 'What is your name?'),
    build.field('email', 'And your email, {{answer_123}}?'),
    build.field('list', 'How did you find us?', { choices: build.choices(['Friends', 'Search', 'Advert']) }),
    build.field('opinion-scale', 'How happy are you?'),
  ];
}
