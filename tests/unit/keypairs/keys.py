"""Public keys with the fingerprints that `openssl` and `ssh-keygen` give them."""

RSA = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQClv/X0SevLbghf1eX+jCr8oFNevgQLY9s1LhP/hFqm0HiZK4cZqQLTs5zIVsoL9FuM1izTYByI"
    "t8NUWw5+msVFLeE5+pgStxkEvSXwZzoUuuzyiXwol49bFEXjg5QEl5ihbKwFbqQtOfPCk9onkCa8hExHKJrWcVinoTL5TYRVdtCpbz3xXTMZct6H"
    "IwzPu0Jz1eWBZq/nIIrzHR6S6frqeQ/68DC4sos8iACJTK0QndoLPqOxj2ByP73fhY9OJv8K+VXDoIQB1wqK7LBsyOdfkdJMjPO3Vk1Qg3lozPSU"
    "GqRb1slruIqPvIWt4it5dWI7KWZFvLwjkmSQlpV92aiR me@laptop"
)
RSA_FINGERPRINT = "ca:b0:1a:59:b4:04:2a:eb:a3:3e:e7:f9:da:10:22:5c"  # ssh-keygen -e -m PKCS8 | … DER | openssl md5 -c

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICvwRfHIDeUj1cyw2HXOFZ72aZdY487bf4d7PZsy3FjI me@laptop"
ED25519_FINGERPRINT = "CJhLVqr2ZtXyz027pKamLJ7ttq4/w6JjOURVTQk/TJ0="  # ssh-keygen -l, and padding

ECDSA = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNox7awvN3qGXD3b4auETYVI0jxD9kPVVinJDM4s"
    "OFtCk3Eaos8p+FHq/z/O9KV6xE8EPZwj3I9XdyGBin6BSnU= me@laptop"
)
