/** What comes before what. */
interface Ordered {
  readonly name: string;
  readonly after: readonly string[];
}

/** Names of the services, each after those that it comes after, otherwise as they are listed. Reversed, they are stopped so. */
export function orderOf(services: readonly Ordered[]): readonly string[] {
  const named = new Map(services.map((service) => [service.name, service]));
  const order = new Set<string>();
  const seen = new Set<string>();
  const add = (service: Ordered | undefined): void => {
    if (service === undefined || seen.has(service.name)) return;
    seen.add(service.name);
    for (const before of service.after) add(named.get(before));
    order.add(service.name);
  };
  services.forEach(add);
  return [...order];
}
