import type { Language } from '../model';

/** The questions of the onboarding form in five languages, with the markdown, line breaks and blanks that authors leave in. */
export interface OnboardingTexts {
  formTitle: string;
  welcome: string;
  thanks: string;
  contact: string;
  firstName: string;
  lastName: string;
  phone: string;
  email: string;
  company: string;
  birthday: string;
  gender: string;
  genders: string[];
  address: string;
  street: string;
  apartment: string;
  city: string;
  state: string;
  postalCode: string;
  country: string;
  countryName: string;
  goals: string;
  goalChoices: string[];
  teamSize: string;
  budget: string;
  startDate: string;
  recommend: string;
  terms: string;
  comments: string;
}

export const ONBOARDING_TEXTS: Record<Language, OnboardingTexts> = {
  en: {
    formTitle: 'Client onboarding',
    welcome: "Welcome! Let's get to know each other.",
    thanks: "Thank you, we'll be in touch.",
    contact: 'How can we reach you?',
    firstName: 'First name',
    lastName: 'Last name',
    phone: 'Phone number',
    email: 'What is your *best* email address, {{field:first_name}}? ',
    company: '*Company name*\n(as registered)',
    birthday: 'Date of birth',
    gender: 'What is your gender?',
    genders: ['Female', 'Male', 'Non-binary'],
    address: 'Your address',
    street: 'Address',
    apartment: 'Address line 2',
    city: 'City/Town',
    state: 'State/Region/Province',
    postalCode: 'Zip/Post code',
    country: 'Country',
    countryName: 'United States',
    goals: 'What do you want to achieve with us?',
    goalChoices: ['More clients', 'Lower costs', 'Better service', 'Peace & quiet'],
    teamSize: 'How many people work at {{field:company}}?',
    budget: 'Which budget did you plan?  ',
    startDate: 'When shall we start?',
    recommend: 'How likely are you to recommend us?',
    terms: 'I accept the _terms of service_',
    comments: 'Anything else we should know, {{hidden:user_id}}?',
  },
  pt: {
    formTitle: 'Integração de clientes',
    welcome: 'Bem-vindo! Vamos nos conhecer.',
    thanks: 'Obrigado, entraremos em contato.',
    contact: 'Como podemos falar com você?',
    firstName: 'Nome',
    lastName: 'Sobrenome',
    phone: 'Número de telefone',
    email: 'Qual é o seu *melhor* e-mail, {{field:first_name}}? ',
    company: '*Nome da empresa*\n(como no registro)',
    birthday: 'Data de nascimento',
    gender: 'Qual é o seu gênero?',
    genders: ['Feminino', 'Masculino', 'Não binário'],
    address: 'O seu endereço',
    street: 'Endereço',
    apartment: 'Complemento',
    city: 'Cidade',
    state: 'Estado',
    postalCode: 'CEP',
    country: 'País',
    countryName: 'Brasil',
    goals: 'O que você quer alcançar conosco?',
    goalChoices: ['Mais clientes', 'Menos custos', 'Atendimento melhor', 'Paz & sossego'],
    teamSize: 'Quantas pessoas trabalham em {{field:company}}?',
    budget: 'Qual orçamento você planejou?  ',
    startDate: 'Quando começamos?',
    recommend: 'Qual a probabilidade de nos recomendar?',
    terms: 'Aceito os _termos de serviço_',
    comments: 'Algo mais que devemos saber, {{hidden:user_id}}?',
  },
  es: {
    formTitle: 'Alta de clientes',
    welcome: '¡Bienvenido! Vamos a conocernos.',
    thanks: 'Gracias, nos pondremos en contacto.',
    contact: '¿Cómo podemos contactarte?',
    firstName: 'Nombre',
    lastName: 'Apellidos',
    phone: 'Número de teléfono',
    email: '¿Cuál es tu *mejor* correo electrónico, {{field:first_name}}? ',
    company: '*Nombre de la empresa*\n(según el registro)',
    birthday: 'Fecha de nacimiento',
    gender: '¿Cuál es tu género?',
    genders: ['Femenino', 'Masculino', 'No binario'],
    address: 'Tu dirección',
    street: 'Dirección',
    apartment: 'Piso, puerta',
    city: 'Ciudad',
    state: 'Provincia',
    postalCode: 'Código postal',
    country: 'País',
    countryName: 'España',
    goals: '¿Qué quieres lograr con nosotros?',
    goalChoices: ['Más clientes', 'Menos costes', 'Mejor servicio', 'Paz & tranquilidad'],
    teamSize: '¿Cuántas personas trabajan en {{field:company}}?',
    budget: '¿Qué presupuesto has previsto?  ',
    startDate: '¿Cuándo empezamos?',
    recommend: '¿Con qué probabilidad nos recomendarías?',
    terms: 'Acepto las _condiciones del servicio_',
    comments: '¿Algo más que debamos saber, {{hidden:user_id}}?',
  },
  fr: {
    formTitle: 'Accueil des clients',
    welcome: 'Bienvenue ! Faisons connaissance.',
    thanks: 'Merci, nous vous recontacterons.',
    contact: 'Comment vous joindre ?',
    firstName: 'Prénom',
    lastName: 'Nom de famille',
    phone: 'Numéro de téléphone',
    email: 'Quelle est votre *meilleure* adresse e-mail, {{field:first_name}} ? ',
    company: "*Nom de l'entreprise*\n(raison sociale)",
    birthday: 'Date de naissance',
    gender: 'Quel est votre genre ?',
    genders: ['Femme', 'Homme', 'Non binaire'],
    address: 'Votre adresse',
    street: 'Adresse',
    apartment: "Complément d'adresse",
    city: 'Ville',
    state: 'Région',
    postalCode: 'Code postal',
    country: 'Pays',
    countryName: 'France',
    goals: 'Que voulez-vous atteindre avec nous ?',
    goalChoices: ['Plus de clients', 'Moins de coûts', 'Un meilleur service', 'Calme & sérénité'],
    teamSize: 'Combien de personnes travaillent chez {{field:company}} ?',
    budget: 'Quel budget avez-vous prévu ?  ',
    startDate: 'Quand commençons-nous ?',
    recommend: 'Nous recommanderiez-vous ?',
    terms: "J'accepte les _conditions d'utilisation_",
    comments: 'Autre chose à savoir, {{hidden:user_id}} ?',
  },
  de: {
    formTitle: 'Kundenaufnahme',
    welcome: 'Willkommen! Lernen wir uns kennen.',
    thanks: 'Vielen Dank, wir melden uns.',
    contact: 'Wie erreichen wir Sie?',
    firstName: 'Vorname',
    lastName: 'Nachname',
    phone: 'Telefonnummer',
    email: 'Wie lautet Ihre *beste* E-Mail-Adresse, {{field:first_name}}? ',
    company: '*Name der Firma*\n(laut Register)',
    birthday: 'Geburtsdatum',
    gender: 'Welches Geschlecht haben Sie?',
    genders: ['Weiblich', 'Männlich', 'Divers'],
    address: 'Ihre Anschrift',
    street: 'Straße und Hausnummer',
    apartment: 'Adresszusatz',
    city: 'Stadt',
    state: 'Bundesland',
    postalCode: 'Postleitzahl',
    country: 'Land',
    countryName: 'Deutschland',
    goals: 'Was möchten Sie mit uns erreichen?',
    goalChoices: ['Mehr Kunden', 'Weniger Kosten', 'Besserer Service', 'Ruhe & Frieden'],
    teamSize: 'Wie viele Menschen arbeiten bei {{field:company}}?',
    budget: 'Welches Budget haben Sie vorgesehen?  ',
    startDate: 'Wann fangen wir an?',
    recommend: 'Wie wahrscheinlich empfehlen Sie uns weiter?',
    terms: 'Ich akzeptiere die _Nutzungsbedingungen_',
    comments: 'Sollten wir noch etwas wissen, {{hidden:user_id}}?',
  },
};
