import { ApiProperty, ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsString, IsUUID, Length, Matches, ValidateNested } from 'class-validator';
import { EVENT_STATUSES, EventStatus } from '../inbox/webhook-event.entity';
import { ResponseReference } from '../onboarding/who-is-it/client-decisions.dto';
import { MayBeAbsent } from '../rest/may-be-absent.decorator';
import { PageQuery } from '../rest/page';
import { RemoteDeletionView } from './erasure.dto';

const MAX_IDS = 1_000;

/** Who is looked for. What is found by any of the parts is found. */
export class DataSubjectSearchBody {
  @ApiPropertyOptional({ example: 'ada@example.com', description: 'case and the spelling of the domain do not matter' })
  @MayBeAbsent()
  @IsString()
  @Matches(/@/, { message: 'email must be an e-mail address' })
  @Length(3, 320)
  email?: string;

  @ApiPropertyOptional({
    example: '+12025550123',
    description: 'in any notation; without its country code also the end of a longer number',
  })
  @MayBeAbsent()
  @IsString()
  @Matches(/(?:\d\D*){5}/, { message: 'phone must have at least five digits' })
  @Length(1, 60)
  phone?: string;

  @ApiPropertyOptional({ example: 'Ada Lovelace', description: 'words, all of which occur' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  name?: string;
}

class ErasedThings {
  @ApiPropertyOptional({ type: [String], format: 'uuid', maxItems: MAX_IDS })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_IDS)
  @IsUUID(undefined, { each: true })
  clientIds?: string[];

  @ApiPropertyOptional({ type: [ResponseReference], maxItems: MAX_IDS })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_IDS)
  @ValidateNested({ each: true })
  @Type(() => ResponseReference)
  responses?: ResponseReference[];

  @ApiPropertyOptional({ type: [String], maxItems: MAX_IDS })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MAX_IDS)
  @IsString({ each: true })
  @Length(1, 128, { each: true })
  eventIds?: string[];

  @ApiPropertyOptional({ default: false, description: 'also ask Typeform to delete the responses' })
  @MayBeAbsent()
  @IsBoolean()
  atTypeform?: boolean;

  @ApiPropertyOptional({ default: false, description: 'count only, and erase nothing' })
  @MayBeAbsent()
  @IsBoolean()
  preview?: boolean;
}

/** What is erased: everything found by e-mail or phone, and what is named. */
export class DataSubjectErasureBody extends IntersectionType(
  PickType(DataSubjectSearchBody, ['email', 'phone']),
  ErasedThings,
) {}

export class SubjectCounts {
  @ApiProperty()
  clients: number;

  @ApiProperty()
  responses: number;

  @ApiProperty({ description: 'events with their bodies, in any status' })
  events: number;
}

export class FoundResponseView extends ResponseReference {
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: it belongs to no client' })
  clientId: string | null;
}

export class FoundEventView extends ResponseReference {
  @ApiProperty({ example: '01J9Z3T7Q6A0F4V5K8M2N1P7RS' })
  eventId: string;

  @ApiProperty({ enum: EVENT_STATUSES })
  status: EventStatus;

  @ApiProperty({ type: String, nullable: true, example: 'too_old', description: 'as in the list of deliveries' })
  reason: string | null;
}

export class DataSubjectView {
  @ApiProperty()
  counts: SubjectCounts;

  @ApiProperty({ type: [String], format: 'uuid' })
  clientIds: string[];

  @ApiProperty({ type: [FoundResponseView], description: 'those of the clients, and others that name the person' })
  responses: FoundResponseView[];

  @ApiProperty({
    type: [FoundEventView],
    description: 'those of the responses, and others whose bodies name the person',
  })
  events: FoundEventView[];
}

/** Somebody else, of whom a response mentions the person and is erased. */
export class OtherClientView {
  @ApiProperty({ format: 'uuid' })
  clientId: string;

  @ApiProperty({ description: 'other responses of this client are left, so the client stays' })
  remains: boolean;
}

/** How much was erased, or with `preview` would be: counted as the search counts it. */
export class DataSubjectErasureResult extends SubjectCounts {
  @ApiProperty()
  preview: boolean;

  @ApiProperty({
    type: [OtherClientView],
    description:
      'clients that are not the person and of whom a response goes, because it mentions the person or was named',
  })
  otherClients: OtherClientView[];

  @ApiProperty({
    type: SubjectCounts,
    nullable: true,
    description: 'what kept arriving meanwhile and is still here: repeat the call; null: nothing is left',
  })
  left: SubjectCounts | null;

  @ApiProperty({ type: RemoteDeletionView, nullable: true, description: 'null unless atTypeform is true' })
  atTypeform: RemoteDeletionView | null;
}

export class ErasuresQuery extends PageQuery {}

/** When, by whom and how much; never whom. */
export class ErasureView {
  @ApiProperty({ format: 'date-time' })
  at: Date;

  @ApiProperty({ example: 'bootstrap', description: 'id of the API key; bootstrap: the key in ADMIN_API_KEY' })
  actorId: string;

  @ApiProperty({ example: 'privacy desk' })
  actorName: string;

  @ApiProperty({ enum: ['client', 'response', 'delivery', 'data_subject'], description: 'what was asked for' })
  kind: 'client' | 'response' | 'delivery' | 'data_subject';

  @ApiProperty()
  responses: number;

  @ApiProperty({ description: 'events whose bodies were erased' })
  events: number;

  @ApiProperty({ description: 'whether Typeform was asked as well' })
  atTypeform: boolean;
}

export class ErasurePage {
  @ApiProperty({ type: [ErasureView] })
  items: ErasureView[];

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null;
}
