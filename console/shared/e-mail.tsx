/** An e-mail address that breaks before its @ where the room is short. */
export function EMail({ of }: { of: string | null | undefined }) {
  const [user = '', ...host] = of?.split('@') ?? [];
  if (host.length === 0) return user;
  return (
    <>
      {user}
      <wbr />@{host.join('@')}
    </>
  );
}
