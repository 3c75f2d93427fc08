export const MENU_CLASSES = 'z-40 min-w-48 rounded-md border border-line-strong bg-raised p-1';
export const MENU_ITEM_CLASSES =
  'flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1 outline-none max-sm:min-h-11 data-[disabled]:cursor-default data-[disabled]:text-quiet data-[highlighted]:bg-hover';
