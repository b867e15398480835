export const handler = async () => { throw
