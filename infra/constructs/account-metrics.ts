import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  ACCOUNT_DIMENSION,
  type MetricName,
  metrics,
  type Metric as Published,
} from '../../shared/metrics.ts';

interface How {
  readonly statistic: 'Sum' | 'Maximum' | 'Average';
  readonly periodMinutes: number;
  readonly label?: string;
}

/** The metrics of one account as its function publishes them: the one place that names them. */
export class AccountMetrics {
  readonly #namespace: string;
  readonly #accountId: string;

  constructor(namespace: string, accountId: string) {
    this.#namespace = namespace;
    this.#accountId = accountId;
  }

  of(metricName: MetricName, { statistic, periodMinutes, label }: How): Metric {
    return new Metric({
      namespace: this.#namespace,
      metricName,
      dimensionsMap: { [ACCOUNT_DIMENSION]: this.#accountId },
      statistic,
      period: Duration.minutes(periodMinutes),
      ...(label !== undefined && { label }),
    });
  }

  /** To be looked at: 0 where a metric that is sent only when it is not 0 was not sent. */
  shown(metricName: MetricName, how: How & { readonly label: string }): IMetric {
    const metric = this.of(metricName, how);
    const { sparse }: Published = metrics[metricName];
    if (sparse === undefined) return metric;
    const id = metricName.charAt(0).toLowerCase() + metricName.slice(1);
    return new MathExpression({
      expression: `FILL(${id}, 0)`,
      usingMetrics: { [id]: metric },
      label: how.label,
      period: Duration.minutes(how.periodMinutes),
    });
  }
}
