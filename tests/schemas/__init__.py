"""The rules of xAPI, one by one."""
