import { ApiProperty } from '@nestjs/swagger';

class RoleGroupsView {
  @ApiProperty({ type: [String] })
  viewer: readonly string[];

  @ApiProperty({ type: [String] })
  operator: readonly string[];

  @ApiProperty({ type: [String] })
  admin: readonly string[];
}

class ProviderStateView {
  @ApiProperty({ description: 'checked with this call' })
  answers: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'why it does not, and what to do' })
  problem: string | null;
}

class SingleSignOnSettingsView {
  @ApiProperty({ example: 'https://login.example.com' })
  issuer: string;

  @ApiProperty({ example: 'onboarding-console', description: 'not secret: it is part of the URL of each sign-in' })
  clientId: string;

  @ApiProperty({
    example: 'https://onboarding.example.com/auth/oidc/callback',
    description: 'the redirect URI to register at the provider',
  })
  redirectUri: string;

  @ApiProperty({ example: 'groups' })
  rolesClaim: string;

  @ApiProperty({ type: RoleGroupsView, description: 'the values of the claim that give each role' })
  roles: RoleGroupsView;

  @ApiProperty({ type: ProviderStateView })
  provider: ProviderStateView;
}

export class SingleSignOnStateView {
  @ApiProperty({
    type: SingleSignOnSettingsView,
    nullable: true,
    description: 'null: single sign-on is not configured',
  })
  settings: SingleSignOnSettingsView | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'by anybody; null: never' })
  lastSignInAt: Date | null;
}
