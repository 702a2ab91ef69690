import { ApiProperty } from '@nestjs/swagger';
import { SETTING_SOURCES, type SettingSource } from '../config/config-report';

class ConfigFindingView {
  @ApiProperty({ example: 'TRUST_PROXY', description: 'the variable' })
  name: string;

  @ApiProperty({ description: 'what was found, and what to do about it' })
  message: string;
}

class SettingView {
  @ApiProperty({ example: 'SESSION_HOURS' })
  name: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '12',
    description: 'as text; of a secret only that it is set and how long it is. null: there is none',
  })
  value: string | null;

  @ApiProperty({ enum: SETTING_SOURCES, description: 'where the value comes from' })
  source: SettingSource;

  @ApiProperty({ type: String, nullable: true, description: 'what it means that there is no value' })
  meaning: string | null;
}

export class ConfigurationView {
  @ApiProperty({ example: 'production' })
  environment: string;

  @ApiProperty({
    type: [ConfigFindingView],
    description: 'would have prevented the start: empty while the service runs',
  })
  problems: ConfigFindingView[];

  @ApiProperty({ type: [ConfigFindingView] })
  warnings: ConfigFindingView[];

  @ApiProperty({ type: [ConfigFindingView] })
  recommendations: ConfigFindingView[];

  @ApiProperty({ type: [SettingView] })
  settings: SettingView[];
}
