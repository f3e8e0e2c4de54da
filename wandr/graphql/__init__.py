"""The GraphQL door: the same services, rights and words as REST."""
