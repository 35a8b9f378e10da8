import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ACCOUNT_DIMENSION, type MetricName } from '../../shared/metrics.ts';

/** The metrics of one account as its function publishes them: the one place that names them. */
export class AccountMetrics {
  readonly #namespace: string;
  readonly #accountId: string;

  constructor(namespace: string, accountId: string) {
    this.#namespace = namespace;
    this.#accountId = accountId;
  }

  of(
    metricName: MetricName,
    how: {
      readonly statistic: 'Sum' | 'Maximum' | 'Average';
      readonly periodMinutes: number;
      readonly label?: string;
    },
  ): Metric {
    return new Metric({
      namespace: this.#namespace,
      metricName,
      dimensionsMap: { [ACCOUNT_DIMENSION]: this.#accountId },
      statistic: how.statistic,
      period: Duration.minutes(how.periodMinutes),
      ...(how.label !== undefined && { label: how.label }),
    });
  }
}
