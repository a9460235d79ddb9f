import { z } from "zod";

const HIDDEN = 2;

/** Annotations of a page as the PDF library gives them. */
export const annotated = z.array(
  z.object({
    subtype: z.string().nullish().catch(null),
    annotationFlags: z.number().nullish().catch(0),
    fieldType: z.string().nullish().catch(null),
    fieldValue: z.unknown().optional(),
    password: z.boolean().nullish().catch(false),
    textContent: z.array(z.string()).nullish().catch(null),
    contentsObj: z.object({ str: z.string() }).nullish().catch(null),
  }),
);

/** What a person reads in a filled form field or a text comment; nothing of hidden ones and passwords. */
export function textsOf(annotation: z.infer<typeof annotated>[number]): string[] {
  const { subtype, annotationFlags, fieldType, fieldValue, password } = annotation;
  if (((annotationFlags ?? 0) & HIDDEN) !== 0 || password) return [];
  if (subtype === "FreeText")
    return [annotation.textContent?.join("\n") ?? annotation.contentsObj?.str ?? ""];
  if (subtype !== "Widget" || !["Tx", "Ch"].includes(fieldType ?? "")) return [];
  const values: unknown[] = Array.isArray(fieldValue) ? fieldValue : [fieldValue];
  return values.filter((value) => typeof value === "string");
}
