/* SPDX-License-Identifier: Apache-2.0 */
/* A library that a plugin is linked to and that is not there when it is loaded. */
int gone(void);
int gone(void)
{
    return 0;
}
