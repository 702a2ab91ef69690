import { ApiProperty } from '@nestjs/swagger';

/** How much was removed. */
export class VerificationRemovalResult {
  @ApiProperty()
  deliveries: number;

  @ApiProperty()
  responses: number;

  @ApiProperty({ description: 'clients that had no response of another form' })
  clients: number;
}
