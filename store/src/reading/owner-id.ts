declare const brand: unique symbol;

/** Id of an account, the `sub` of its tokens. */
export type OwnerId = string & { readonly [brand]: "OwnerId" };
