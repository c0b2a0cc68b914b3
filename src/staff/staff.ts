/** `admin` does everything, `reviewer` looks at photos, `gate` may only look. Roles are held per school. */
export const roles = ['admin', 'reviewer', 'gate'] as const;
export type Role = (typeof roles)[number];

export type Staff = { id: number; email: string; name: string };

/** Someone signed in, in the school they work in now. */
export type SignedInStaff = Staff & {
  schoolId: number;
  role: Role;
  schools: { id: number; name: string; role: Role }[];
};
